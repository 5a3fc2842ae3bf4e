#!/bin/sh
# Builds the packages carepass and carepassd into .build/deb.
#   scripts/make-deb.sh                      release builds that need no Swift on the machine
#   CONFIGURATION=debug scripts/make-deb.sh  packs the debug build that is there, for checks only
#   PROGRAMS=FOLDER scripts/make-deb.sh      packs programs that somebody built before
# The same programs give the same bytes: times come from the last commit, order from names.
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C
umask 022
configuration="${CONFIGURATION:-release}"
maintainer="${MAINTAINER:-Care Passport maintainers <maintainers@care-passport.invalid>}"

for tool in dpkg-deb dpkg-shlibdeps strip; do
    command -v "$tool" >/dev/null || {
        echo "error: there is no $tool on the PATH" >&2
        echo "hint: apt-get install dpkg-dev" >&2
        exit 1
    }
done

# A tag v1.2.3 is 1.2.3, four commits later 1.2.3+4.abcdef0. Without a tag it is a version before
# 0.1.0 that grows with the commit's time, so that newer packages upgrade older ones.
version=0.1.0
: "${SOURCE_DATE_EPOCH:=1}"
if commit="$(git rev-parse --short=7 HEAD 2>/dev/null)"; then
    SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
    if tag="$(git describe --tags --match 'v[0-9]*' --abbrev=7 2>/dev/null)"; then
        version="$(echo "${tag#v}" | sed 's/-\([0-9]*\)-g\([0-9a-f]*\)$/+\1.\2/')"
    else
        version="0.1.0~git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S).$commit"
    fi
    # What was not committed is in no history: the name says so.
    git diff --quiet HEAD -- Sources Package.swift packaging || version="$version+local"
fi
export SOURCE_DATE_EPOCH
architecture="$(dpkg --print-architecture)"

build() {
    case "$configuration" in
    release) scripts/build-release.sh carepass carepassd carepass-scan ;;
    debug) swift build --show-bin-path ;;
    *)
        echo "error: CONFIGURATION is release or debug" >&2
        return 1
        ;;
    esac
}
programs="${PROGRAMS:-$(build)}"

work=.build/deb/work
rm -rf .build/deb
mkdir -p "$work/debian"

# What the program links, as names and versions of Debian's packages.
libraries() {
    # A debug build also links Swift's runtime, which is in no package of Debian.
    [ "$configuration" = release ] || set -- --ignore-missing-info "$@"
    printf 'Source: care-passport\n\nPackage: any\nArchitecture: any\n' >"$work/debian/control"
    (cd "$work" && dpkg-shlibdeps -O "$@" 2>"shlibdeps.log") | sed -n 's/^shlibs:Depends=//p'
}

licences() {
    for file in Sources/PassportSecrecy/Words/LICENSE .build/checkouts/*/LICENSE* \
        .build/checkouts/*/NOTICE*; do
        [ -f "$file" ] || continue
        printf '==== %s\n\n' "${file#.build/checkouts/}"
        cat "$file"
        printf '\n'
    done
}

changelog() {
    printf '%s (%s) unstable; urgency=medium\n\n' "$1" "$version"
    printf '  * Built from the sources of this version; their history is the change log.\n\n'
    printf ' -- %s  %s\n' "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

# The reader of pictures comes with the program that calls it.
extra() { [ "$1" != carepass ] || echo carepass-scan; }

# Fills a folder with what the package installs and what installs it, and packs it.
pack() {
    name="$1"
    root="$work/$name"
    docs="$root/usr/share/doc/$name"
    install -d "$root/DEBIAN" "$docs" "$root/usr/share/lintian/overrides"
    for program in "$name" $(extra "$name"); do
        [ -x "$programs/$program" ] || {
            echo "error: there is no program $program in the $configuration build" >&2
            exit 1
        }
        install -D -m 755 "$programs/$program" "$root/usr/bin/$program"
        [ "$configuration" = debug ] || strip --strip-unneeded "$root/usr/bin/$program"
    done
    install -m 644 packaging/copyright "$docs/copyright"
    install -m 644 "packaging/$name/lintian-overrides" "$root/usr/share/lintian/overrides/$name"
    changelog "$name" | gzip -9n >"$docs/changelog.gz"
    licences | gzip -9n >"$docs/third-party-licences.gz"
    if [ "$name" = carepassd ]; then
        install -D -m 644 packaging/carepassd/carepassd.service \
            "$root/lib/systemd/system/carepassd.service"
        install -D -m 644 packaging/carepassd/carepassd.conf "$root/etc/carepassd/carepassd.conf"
        install -m 644 docs/operators.md "$docs/operators.md"
        install -m 644 packaging/carepassd/conffiles "$root/DEBIAN/conffiles"
        for script in postinst prerm postrm; do
            install -m 755 "packaging/carepassd/$script" "$root/DEBIAN/$script"
        done
    fi
    # shellcheck disable=SC2046 # names without spaces, meant to be split
    depends="$(libraries $(for program in "$name" $(extra "$name"); do
        echo "$name/usr/bin/$program"
    done))"
    [ -n "$depends" ] || {
        cat "$work/shlibdeps.log" >&2
        exit 1
    }
    size="$(du -k -s --apparent-size --exclude=DEBIAN "$root" | cut -f1)"
    sed -e "s|@VERSION@|$version|" -e "s|@ARCHITECTURE@|$architecture|" \
        -e "s|@MAINTAINER@|$maintainer|" -e "s|@SIZE@|$size|" -e "s|@DEPENDS@|$depends|" \
        "packaging/$name/control" >"$root/DEBIAN/control"
    (cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | sort \
        | xargs md5sum >DEBIAN/md5sums)
    find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    # One thread: the number of cores must not change the bytes. Debug builds are too big for xz.
    compression=xz
    [ "$configuration" = release ] || compression=none
    dpkg-deb --root-owner-group "-Z$compression" --threads-max=1 --build "$root" \
        ".build/deb/${name}_${version}_$architecture.deb"
}

pack carepass
pack carepassd
rm -rf "$work"
