#!/usr/bin/env bash
# Every static check; each runs even when an earlier one has failed, so that one run tells all.
set -uo pipefail
cd "$(dirname "$0")/../.."
failed=0

check() {
  local name=$1 started=$SECONDS
  shift
  if output=$("$@" 2>&1); then
    printf 'lint: %s is clean (%s s)\n' "$name" "$((SECONDS - started))"
  else
    printf 'lint: %s found faults\n%s\n' "$name" "$output"
    failed=1
  fi
}

check 'ruff check' .venv/bin/ruff check --quiet .
check 'ruff format' .venv/bin/ruff format --check --quiet .
check 'mypy' .venv/bin/mypy
check 'import contracts' .venv/bin/lint-imports --no-cache
for script in .ci/run tests/tools/*.sh; do check "$script" bash -n "$script"; done
cd pwa
check 'biome' npm run --silent lint
check 'tsc' npm run --silent types
exit "$failed"
