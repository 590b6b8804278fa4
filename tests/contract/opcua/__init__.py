"""The collector against an OPC UA server of another make: `make opcua-peer`.

The judge is never the collector: what was made is read from the server's own file.
"""
