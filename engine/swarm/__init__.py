"""The stack on a Swarm: services, secrets, configs and an overlay network of an existing one."""
