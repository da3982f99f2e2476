#!/usr/bin/env bash
# Write requirements/runtime.lock (what a server installs) and requirements/dev.lock (that plus the
# tools) from pyproject.toml. Without arguments the locked versions are kept where they still fit;
# `--upgrade` chooses the newest. The locks carry hashes and no address, so they hold for any index.
set -euo pipefail
cd "$(dirname "$0")/../.."

compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@" pyproject.toml
}

compile "$@" --output-file requirements/runtime.lock
compile "$@" --group dev --constraints requirements/runtime.lock --output-file requirements/dev.lock
