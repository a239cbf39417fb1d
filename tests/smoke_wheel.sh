#!/usr/bin/env bash
# Install a wheel into a new environment, far from the checkout, and see the demo answer.
set -euo pipefail
wheel=$(realpath "$1")
requirements=$(realpath "$(dirname "$0")/../requirements.txt")
elsewhere=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$elsewhere"' EXIT
cd "$elsewhere"
python3 -m venv environment
environment/bin/pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
environment/bin/pip install --quiet --disable-pip-version-check --no-deps "$wheel"
export WORKBENCH_HOME="$elsewhere/home"
environment/bin/workbench --version
environment/bin/workbench demo --no-serve
environment/bin/workbench demo --port 8907 >served 2>&1 &
server=$!
for _ in $(seq 60); do
  environment/bin/python - <<'PY' && exit 0
import sys, urllib.request
try:
    page = urllib.request.urlopen("http://127.0.0.1:8907/standards", timeout=5).read().decode()
except OSError:
    sys.exit(1)
sys.exit("ISO/IEC" not in page)
PY
  sleep 0.5
done
cat served
exit 1
