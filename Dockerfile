# DiffAgent in a container. The light one reads scripts and serves chats and editors; with EXTRAS=run it measures too.
#   docker build -t diffagent .                            docker run --rm -v "$PWD:/work" diffagent analyze draw.py
#   docker build -t diffagent --build-arg EXTRAS=run .     docker run --rm -v "$PWD:/work" diffagent optimize draw.py
FROM python:3.11-slim AS wheel
WORKDIR /source
RUN pip install --no-cache-dir build==1.3.0
COPY . .
RUN python -m build --wheel --outdir /wheels

FROM python:3.11-slim
ARG EXTRAS=""
COPY --from=wheel /wheels /wheels
# The wheel is the one that was just built: there is no version to pin.
# hadolint ignore=DL3013
RUN set -eu; wheel=$(find /wheels -name '*.whl'); \
    pip install --no-cache-dir "${wheel}${EXTRAS:+[${EXTRAS}]}"; \
    rm -r /wheels; \
    useradd --create-home --uid 1000 diffagent
USER 1000
ENV DIFFAGENT_HOME=/home/diffagent/.local/share/diffagent
WORKDIR /work
ENTRYPOINT ["diffagent-mcp"]
CMD ["--help"]
