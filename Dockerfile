# Built from what package-lock.json names; the workflows are bundled here, so a worker starts without a compiler.
FROM node:24.21.0-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund --loglevel=error
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN node scripts/run.mjs build && npm prune --omit=dev --no-audit --no-fund --loglevel=error

FROM node:24.21.0-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="asyncstageout" \
  org.opencontainers.image.description="AsyncStageOut: moves the output files of CMS analysis jobs with FTS3 and publishes them in DBS" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION"
# Certificate authorities for TLS to Temporal; those of FTS and the sites are the setting trustAnchors.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# A volume mounted here belongs to whom the folder belongs to: the monitor's history, the simulators' world. Nothing else is written.
RUN mkdir /history /world && chown node:node /history /world
USER node
# Where a worker serves its metrics; commands that are no servers have ended before this is asked.
ENV ASO_METRICS_ADDRESS=127.0.0.1:9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/metrics').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Without a shell in between: signals reach the worker itself, which lets its activities end and then stops.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["worker"]
