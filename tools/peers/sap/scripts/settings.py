"""What the mesh tells mock-sap."""

import os

ANNEX = os.environ["PLANTMESH_SAP_ANNEX"] == "True"
PORT = int(os.environ["PLANTMESH_SAP_PORT"])
DATABASE = os.environ["PLANTMESH_SAP_DATABASE"]
AUTH = os.environ["PLANTMESH_SAP_AUTH"]
