# Sourced by each script: a temporary folder that is removed at exit, and in it an environment with the pinned packages.
set -euo pipefail

folder=$(mktemp -d)
chmod 711 "$folder"  # a server that may not run as root must reach its own files in here
trap 'rm -rf "$folder"' EXIT
python="$folder/environment/bin/python"
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

install() {
  "${PYTHON:-python3}" -m venv "$folder/environment"
  "$python" -m pip install --quiet --disable-pip-version-check "$@"
}

# Runs the Python program on standard input in the temporary folder.
observe() {
  (cd "$folder" && PYTHONPATH="$support" "$python" - "$@")
}
