"""The stack: settings in, components wired, outputs out."""

import pulumi

from components.access import Access, AccessArgs
from components.backup import Backup, BackupArgs
from components.database import Database, DatabaseArgs
from components.edge import Edge, EdgeArgs
from components.encryption import Encryption, EncryptionArgs
from components.images import Images, ImagesArgs
from components.migration import Migration, MigrationArgs
from components.monitoring import Monitoring, MonitoringArgs
from components.network import Network, NetworkArgs
from components.proxy import Proxy, ProxyArgs
from components.secrets import Secrets, SecretsArgs
from config import settings
from config.problems import ConfigError
from engine import preflight
from engine.api import EngineError
from engine.identity import Identity, stack_label

try:
    # The whole of the config, not one name after the other: a name that nobody asks for is a mistake to report.
    raw = pulumi.runtime.config.CONFIG.get()
    encrypted = [name for name in raw if pulumi.runtime.config.is_config_secret(name)]
    given = settings.load(raw, encrypted=encrypted, project=pulumi.get_project())
    label = stack_label(project=pulumi.get_project(), stack=pulumi.get_stack())
    preflight.check(label=label, address=given.bind, ports=given.ports.published())
    preflight.check_data(label=label, image=given.images.postgres, volume=given.volume)
except (ConfigError, EngineError) as error:
    raise pulumi.RunError(str(error)) from None

secrets = Secrets("secrets", SecretsArgs(settings=given))
identity = Identity(project=pulumi.get_project(), stack=pulumi.get_stack(), owner=secrets.owner)
network = Network("network", NetworkArgs(identity=identity))
images = Images("images", ImagesArgs(settings=given))
backup = Backup("backup", BackupArgs(identity=identity, settings=given, images=images, secrets=secrets))
database = Database(
    "database",
    DatabaseArgs(identity=identity, settings=given, images=images, network=network, secrets=secrets, backup=backup),
)
migration = Migration(
    "migration",
    MigrationArgs(identity=identity, settings=given, images=images, network=network, database=database),
)
encryption = Encryption(
    "encryption",
    EncryptionArgs(
        identity=identity, settings=given, network=network, database=database, migration=migration, secrets=secrets
    ),
)
proxy = Proxy(
    "proxy",
    ProxyArgs(
        identity=identity, settings=given, network=network, database=database, encryption=encryption, secrets=secrets
    ),
)
edge = Edge("edge", EdgeArgs(identity=identity, settings=given, network=network, encryption=encryption, proxy=proxy))
access = Access("access", AccessArgs(settings=given, secrets=secrets, network=network, edge=edge))
Monitoring("monitoring", MonitoringArgs(identity=identity, settings=given, network=network, access=access))

pulumi.export("gatewayUrl", given.gateway_url)
pulumi.export("adminUrl", f"{given.gateway_url}/ui/")
pulumi.export("prometheusUrl", given.prometheus_url)
pulumi.export("masterKey", secrets.master_key)
pulumi.export("virtualKeys", access.virtual_keys)
pulumi.export("keyModels", access.key_models)
