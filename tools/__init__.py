"""Tools of the platform: the local mesh, operator commands, generators and lints."""
