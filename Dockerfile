# The service's image: the pages are built in one stage, the environment comes from the hashed locks in the other.
FROM node:22-bookworm-slim AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM python:3.11-slim-bookworm
# postgresql-client for backup and restore; setpriv comes with util-linux.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home minqing && install -d -o minqing -g minqing -m 0700 /data
WORKDIR /app
COPY requirements ./requirements
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY geo ./geo
COPY api ./api
COPY data ./data
COPY --from=pages /src/web/dist ./web/dist
ENV PYTHONPATH=/app PYTHONUNBUFFERED=1 MINQING_DATA_DIR=/data MINQING_HOST=0.0.0.0 NUMBA_CACHE_DIR=/data/cache/numba
USER minqing
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "api.cli", "up", "--data-dir", "/data", "--host", "0.0.0.0"]
