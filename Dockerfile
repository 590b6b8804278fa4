# One service: buildah build --build-arg SERVICE=mes -t plantmesh-mes .
# BASE is any Debian 12; a release names one by its digest.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS python
# The base decides which Debian it is, and with it the versions.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 tini \
    && rm -rf /var/lib/apt/lists/*

FROM python AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3-venv \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/uv/bin:${PATH} UV_SYSTEM_CERTS=1 UV_NO_CACHE=1 UV_LINK_MODE=copy \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt
WORKDIR /app
COPY requirements/uv.txt requirements/dev.txt requirements/
RUN python3 -m venv /opt/uv \
    && pip install --no-cache-dir --require-hashes -r requirements/uv.txt
COPY pyproject.toml ./

FROM build AS contracts
RUN uv venv /opt/contracts \
    && uv pip install --python /opt/contracts --only-binary :all: \
        --constraint requirements/dev.txt grpcio-tools mypy-protobuf
COPY tools/__init__.py tools/generate.py tools/
COPY protos protos
RUN /opt/contracts/bin/python -m tools.generate \
    && find protos/gen -name '*.pyi' -delete

FROM build AS service
ARG SERVICE
# The lock is the constraint: its hashes are checked, and what it does not name is refused.
RUN : "${SERVICE:?name one: --build-arg SERVICE=mes}" \
    && uv venv /opt/plantmesh \
    && uv pip install --python /opt/plantmesh --only-binary :all: \
        --constraint requirements/dev.txt --requirements pyproject.toml --extra "${SERVICE}" \
    && uv pip freeze --python /opt/plantmesh >installed.txt \
    && sed 's/ .*//' requirements/dev.txt >locked.txt \
    && ! grep -vxFf locked.txt installed.txt
COPY --from=contracts /app/protos/gen protos/gen
COPY gateway/operations/smoke.graphql gateway/operations/
COPY tools/__init__.py tools/
COPY tools/smoke tools/smoke
COPY tools/auditor tools/auditor
COPY services/__init__.py services/
COPY services/kit services/kit
COPY services/${SERVICE} services/${SERVICE}
RUN printf 'from runpy import run_module\n\nrun_module("services.%s", run_name="__main__", alter_sys=True)\n' "${SERVICE}" >serve.py \
    && rm -r requirements pyproject.toml installed.txt locked.txt \
    && /opt/plantmesh/bin/python -m compileall -q --invalidation-mode unchecked-hash /app /opt/plantmesh

FROM python
ARG SERVICE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="plantmesh-${SERVICE}" \
    org.opencontainers.image.description="The ${SERVICE} service of Plantmesh" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.licenses="Apache-2.0"
COPY --from=service /opt/plantmesh /opt/plantmesh
COPY --from=service /app /app
ENV PATH=/opt/plantmesh/bin:${PATH} \
    PYTHONPATH=/app:/app/protos/gen \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER 10001:10001
# As the first process Python would not hear SIGTERM before its own handler is there.
ENTRYPOINT ["tini", "--", "python", "-m"]
CMD ["serve"]
