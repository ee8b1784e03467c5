# One chain of images, each with what the one before it has: service, model (adds PyTorch), trainer (adds axolotl, TRL).
# Dependencies lie in layers of their own, below the code.
ARG PYTHON=python:3.11-slim

FROM ${PYTHON} AS installer
RUN pip install --no-cache-dir --target /installer/uv uv==0.13.9
COPY pyproject.toml requirements.lock /installer/
COPY ops/install ops/excluded.txt /installer/ops/


FROM ${PYTHON} AS base
# User 2000 is the one that vLLM's image brings too: both read and write the same volumes.
RUN groupadd --gid 2000 anselm \
    && useradd --uid 2000 --gid anselm --create-home anselm \
    && for folder in imports datasets preferences runs adapters merged models gpu; do \
           install -d -o anselm -g anselm "/var/lib/anselm/$folder"; \
       done \
    && install -d -o anselm -g anselm /var/cache/anselm \
    && python -m venv --without-pip /opt/venv
ENV PATH=/opt/venv/bin:/installer/uv/bin:$PATH VIRTUAL_ENV=/opt/venv \
    UV_CACHE_DIR=/root/.cache/uv UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 \
    PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    ANSELM_HOME=/var/lib/anselm XDG_CACHE_HOME=/var/cache/anselm
WORKDIR /app


FROM base AS service-dependencies
RUN --mount=from=installer,source=/installer,target=/installer --mount=type=cache,target=/root/.cache/uv \
    /installer/ops/install ingest inference feedback bot

FROM service-dependencies AS model-dependencies
ARG TORCH_BACKEND=cpu
RUN --mount=from=installer,source=/installer,target=/installer --mount=type=cache,target=/root/.cache/uv \
    /installer/ops/install retrieval model-server

FROM model-dependencies AS trainer-dependencies
ARG TORCH_BACKEND=cpu
RUN --mount=from=installer,source=/installer,target=/installer --mount=type=cache,target=/root/.cache/uv \
    /installer/ops/install trainer

# Triton compiles its kernels on the GPU's host, with a C compiler.
FROM trainer-dependencies AS trainer-gpu-dependencies
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*


FROM service-dependencies AS service
COPY shared shared
COPY services services
COPY cli cli
RUN python -m compileall -q .
USER 2000:2000

FROM model-dependencies AS model
COPY --from=service /app /app
USER 2000:2000

FROM trainer-dependencies AS trainer
COPY --from=service /app /app
USER 2000:2000

FROM trainer-gpu-dependencies AS trainer-gpu
COPY --from=service /app /app
USER 2000:2000


# The queue's engine, with its data where our user may write.
FROM valkey/valkey:8 AS valkey
USER 0
RUN install -d -o 2000 -g 2000 /var/lib/valkey
USER 2000:2000
