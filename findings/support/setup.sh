# Each script sources this file. It creates a temporary folder, which is removed at exit. `install` creates a Python
# environment in this folder and installs packages in it.
set -euo pipefail

folder=$(mktemp -d)
chmod 711 "$folder"  # PostgreSQL does not run as root, and its user must reach files in this folder
trap 'rm -rf "$folder"' EXIT
python="$folder/environment/bin/python"
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

install() {
  "${PYTHON:-python3}" -m venv "$folder/environment"
  "$python" -m pip install --quiet --disable-pip-version-check "$@"
}

# Run the Python program from standard input, in the temporary folder.
observe() {
  (cd "$folder" && PYTHONPATH="$support" "$python" - "$@")
}
