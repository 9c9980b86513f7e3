# Built from what package-lock.json names; the workflows are bundled here, so a worker starts without a compiler.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund --loglevel=error
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN node scripts/run.mjs build && npm prune --omit=dev --no-audit --no-fund --loglevel=error

FROM node:24-slim
# Certificate authorities for TLS to Temporal; those of FTS and the sites are the setting trustAnchors.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# A volume mounted here belongs to whom the folder belongs to: the monitor keeps its history in it.
RUN mkdir /history && chown node:node /history
USER node
# Without a shell in between: signals reach the worker itself, which lets its activities end and then stops.
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["worker"]
