#!/usr/bin/env bash
# Every test of the project. The app's unit tests run first; pytest's closing line comes last.
# Arguments go to pytest. A file stays with one process, for the journeys in it share one clinic;
# tests/conftest.py says in which order files are taken.
set -uo pipefail
cd "$(dirname "$0")/../.."
failed=0

(cd pwa && npm run --silent test) || failed=1
.venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder "$@" || failed=1
exit "$failed"
