"""The telemetry service: what machines are doing and have counted, as their controllers say it."""
