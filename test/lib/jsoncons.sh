#!/bin/sh
# Puts the headers of libjsoncons-dev, which Debian 12 lacks, into a cache directory and prints where they are.
#
# The package comes from Debian's next release through apt's own client, pinned by version and checksum. apt is run over
# a private state directory with the machine's own archive and only the suite replaced: its sources stay untouched, and
# no root is needed. Once cached, nothing is fetched again.
set -eu

suite=trixie
version=1.3.2-1
file="libjsoncons-dev_${version}_all.deb"
sha256=17bed7e9a02838a1e64581d893a9089272e5f9e2f941a1ee4f348682a52768ab

cache="${XDG_CACHE_HOME:-${HOME:?set HOME or XDG_CACHE_HOME: the package is cached there}/.cache}/toolhive-operator"
target="$cache/jsoncons-$version"
stamp="$target/.sha256"

fail() {
  echo "jsoncons: $*" >&2
  echo "jsoncons: to go on without apt, put $file (sha256 $sha256) into $cache and configure again." >&2
  exit 1
}

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sha256" ]; then
  echo "$target/usr/include"
  exit 0
fi

mkdir -p "$cache" || fail "cannot create $cache"
work=$(mktemp -d "$cache/jsoncons.XXXXXX") || fail "cannot create a folder in $cache"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

package="$cache/$file"
if [ ! -f "$package" ]; then
  command -v apt-get > /dev/null || fail "apt-get is needed to fetch $file"
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt-get fills these in
  archive=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 2> /dev/null |
    awk -v codename="$codename" '$2 == codename && $3 == "main" { print $1; exit }')
  [ -n "$archive" ] || fail "apt knows no archive with $codename/main (see apt-cache policy)"

  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  signed=
  [ -f "$keyring" ] && signed="[signed-by=$keyring] "
  echo "deb $signed$archive $suite main" > "$work/sources.list"
  mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
  set -- -qq -o "Dir::State=$work/state" -o Dir::State::status=/dev/null -o "Dir::Cache=$work/cache" \
    -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=- -o Acquire::Languages=none \
    -o "APT::Sandbox::User=$(id -un)" -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
    -o Acquire::Retries=3
  { apt-get "$@" update && (cd "$work" && apt-get "$@" download "libjsoncons-dev=$version"); } >&2 ||
    fail "apt could not download libjsoncons-dev $version of $suite from $archive"
  package="$work/$file"
  [ -f "$package" ] || fail "apt left no $file"
fi

echo "$sha256  $package" | sha256sum --check --status || fail "$package has another checksum than $sha256"
dpkg-deb -x "$package" "$work/tree" || fail "cannot unpack $package"
echo "$sha256" > "$work/tree/.sha256"
# Two builds may get here at once: the first rename wins, and the other finds the same headers.
rm -rf "$target.old"
if [ -d "$target" ]; then mv "$target" "$target.old" 2> /dev/null || true; fi
mv -T "$work/tree" "$target" 2> /dev/null || [ -f "$stamp" ] || fail "cannot move the headers to $target"
rm -rf "$target.old"
echo "$target/usr/include"
