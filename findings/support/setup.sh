# Each script sources this file. It creates a temporary folder, which is removed at exit; `install` adds an environment.
set -euo pipefail

folder=$(mktemp -d)
chmod 711 "$folder"  # a server that may not run as root must reach its own files in this folder
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
