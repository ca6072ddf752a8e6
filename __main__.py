"""The stack: settings in, components wired, outputs out."""

import pulumi

from components import stack_config
from components.access import Access, AccessArgs
from components.backup import Backup, BackupArgs
from components.cache import Cache, CacheArgs
from components.database import Database, DatabaseArgs
from components.edge import Edge, EdgeArgs
from components.encryption import Encryption, EncryptionArgs
from components.exporters import Exporters, ExportersArgs
from components.external_cache import ExternalCache
from components.external_database import ExternalDatabase
from components.images import Images, ImagesArgs
from components.migration import Migration, MigrationArgs
from components.monitoring import Monitoring, MonitoringArgs
from components.network import Network, NetworkArgs
from components.pooler import Pooler, PoolerArgs
from components.proxy import Proxy, ProxyArgs
from components.secrets import Secrets, SecretsArgs
from components.verification import Verification, VerificationArgs

given = stack_config.load()
secrets = Secrets("secrets", SecretsArgs(settings=given))
identity = stack_config.identity(secrets)
network = Network("network", NetworkArgs(identity=identity, settings=given))
images = Images("images", ImagesArgs(settings=given))
backup = Backup(
    "backup", BackupArgs(identity=identity, settings=given, images=images, network=network, secrets=secrets)
)
stored = DatabaseArgs(identity=identity, settings=given, images=images, network=network, secrets=secrets, backup=backup)
server = given.database.server
database = ExternalDatabase("database", stored, server) if server else Database("database", stored)
migration = Migration(
    "migration", MigrationArgs(identity=identity, settings=given, images=images, network=network, database=database)
)
encryption = Encryption(
    "encryption",
    EncryptionArgs(
        identity=identity, settings=given, network=network, database=database, migration=migration, secrets=secrets
    ),
)
pooler = Pooler.if_needed(
    "pooler", PoolerArgs(identity=identity, settings=given, network=network, secrets=secrets, database=database)
)
counted = CacheArgs(identity=identity, settings=given, network=network, secrets=secrets)
own_cache = Cache.if_needed("cache", counted)
cache = ExternalCache("cache", counted, given.cache.server) if given.cache.server else own_cache
proxy = Proxy(
    "proxy",
    ProxyArgs(
        identity=identity,
        settings=given,
        network=network,
        database=database,
        encryption=encryption,
        secrets=secrets,
        cache=cache,
        pooler=pooler,
    ),
)
edge = Edge("edge", EdgeArgs(identity=identity, settings=given, network=network, encryption=encryption, proxy=proxy))
access = Access("access", AccessArgs(settings=given, secrets=secrets, network=network, edge=edge))
if given.monitoring.exporters and isinstance(database, Database):
    stores = ExportersArgs(
        identity=identity, settings=given, network=network, secrets=secrets, database=database, cache=own_cache
    )
    Exporters("exporters", stores)
Monitoring("monitoring", MonitoringArgs(identity=identity, settings=given, network=network, access=access))
Verification("verification", VerificationArgs(settings=given, proxy=proxy, edge=edge, database=database, access=access))

outputs = {"masterKey": secrets.master_key, "virtualKeys": access.virtual_keys, "keyModels": access.key_models}
grouped = {"keyGroups": access.grouped} if access.grouped else {}
for name, value in {**given.addresses, **outputs, **grouped}.items():
    pulumi.export(name, value)
