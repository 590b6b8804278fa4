"""gRPC's credentials, made of TLS material: both ends show a certificate."""

import grpc

from services.kit.tls import Material, Renewed, TlsFiles


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """For a port that takes only callers whom the authorities know."""
    renewed = Renewed(files)

    def configuration() -> grpc.ServerCertificateConfiguration:
        cert, key, ca = renewed.now
        return grpc.ssl_server_certificate_configuration([(key, cert)], root_certificates=ca)

    def fetch() -> grpc.ServerCertificateConfiguration | None:
        return configuration() if renewed.look() else None

    return grpc.dynamic_ssl_server_credentials(
        configuration(),
        fetch,  # type: ignore[arg-type] # None is "no change", its stubs do not know
        require_client_authentication=True,
    )


def channel_credentials(material: Material) -> grpc.ChannelCredentials:
    """For a channel that believes only whom the authorities know."""
    return grpc.ssl_channel_credentials(
        root_certificates=material.ca,
        private_key=material.key,
        certificate_chain=material.cert,
    )
