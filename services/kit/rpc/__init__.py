"""gRPC as every service speaks it: verified, bounded in time and size, with typed errors."""
