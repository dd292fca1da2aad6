#!/bin/sh
# Makes .venv with pinned versions, and sees to the system libraries that drawing needs.
#   scripts/setup.sh            for the demo
#   scripts/setup.sh test       with everything the tests need
set -eu
cd "$(dirname "$0")/.."
extra=${1:-}
python=${PYTHON:-python3}
packages="python3-venv libegl1 libgl1 libgl1-mesa-dri libgles2 libopengl0"
[ "$extra" != test ] || packages="$packages poppler-utils"  # prints of the sheets are looked at

say() { printf '%s\n' "$*" >&2; }

missing() {  # the Debian packages of the list that are not installed
    for package in $packages; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
    done
}

install_system_packages() {
    command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 || return 0
    wanted=$(missing)
    [ -n "$wanted" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        say "Installing system packages: $wanted"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    else
        say "Missing system packages. If the next step fails, run this line and try again:"
        say "    sudo apt-get install -y $wanted"
    fi
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    say "arguide needs Python 3.11 or newer as '$python'; set PYTHON=/path/to/python3 and try again."
    exit 1
}
install_system_packages

stamp=.venv/.installed-${extra:-demo}
if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ] || [ constraints.txt -nt "$stamp" ]; then
    [ -x .venv/bin/python ] || "$python" -m venv .venv || {
        rm -rf .venv
        say "'$python -m venv' failed: on Debian or Ubuntu run  sudo apt-get install -y python3-venv"
        exit 1
    }
    say "Installing arguide into .venv (a few minutes the first time) ..."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517 \
        --constraint constraints.txt --editable ".${extra:+[$extra]}"
    touch "$stamp"
fi
