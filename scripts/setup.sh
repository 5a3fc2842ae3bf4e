#!/bin/sh
# Installs the system packages that the build needs, and nothing when all are there.
set -eu
packages="libsodium-dev libsqlite3-dev libqrencode-dev libzxing-dev libpango1.0-dev libpng-dev \
    libturbojpeg0-dev poppler-utils fonts-noto-core pkg-config python3 python3-venv strace curl openssl dpkg-dev"
missing=""
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' \
        || missing="$missing $package"
done
if [ -n "$missing" ]; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    echo "installing:$missing"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086 # the list is ours and is meant to be split
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing
fi
command -v swift >/dev/null || {
    echo "error: there is no swift on the PATH" >&2
    echo "hint: install a Swift 6.2 or newer toolchain for Debian 12 from swift.org" >&2
    exit 1
}
