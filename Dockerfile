# One image for web and worker. Build: docker build --tag rapport .
FROM python:3.13-slim-trixie

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    RAPPORT_DATA=/data

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt

RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin rapport \
    && install --directory --owner=rapport --group=rapport /data
COPY . .
USER rapport
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--processes", "2"]
