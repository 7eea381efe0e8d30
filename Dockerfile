# One image for all Airflow services and for the `retention` command.
FROM python:3.12-slim-bookworm AS paluu

ENV AIRFLOW_HOME=/opt/airflow \
    DBT_PROJECT_DIR=/opt/paluu/dbt_project \
    DBT_PROFILES_DIR=/opt/paluu/dbt_project \
    PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never \
    VIRTUAL_ENV=/opt/venv

RUN pip install --no-cache-dir uv==0.13.9 \
    && uv venv /opt/venv \
    && useradd --uid 50000 --create-home paluu \
    && mkdir -p /opt/airflow /opt/data_docs \
    && chown paluu: /opt/airflow /opt/data_docs

WORKDIR /opt/paluu

# What pyproject asks for at run time, in the locked versions and with their hashes.
COPY pyproject.toml requirements.lock README.md LICENSE ./
RUN uv pip install --require-hashes --constraint requirements.lock \
    --requirements pyproject.toml --group build

COPY docker docker
COPY plugins plugins
COPY dags dags
COPY --chown=paluu dbt_project dbt_project
RUN uv pip install --no-deps --no-build-isolation --editable .

USER paluu
# Also builds dbt's manifest, from which Airflow builds the nightly DAG; needs no database.
RUN retention check

# The same image with the sandbox and its packages, and with public purchases to try Paluu on.
FROM paluu AS demo
USER root
RUN uv pip install --require-hashes --constraint requirements.lock --group demo
COPY sandbox sandbox
USER paluu
