#!/usr/bin/env bash
# Installs the Debian packages that a build needs where apt-get may be used, and says what to install where it may not.
# usage: scripts/packages.sh [PACKAGE ...]    more than the usual ones
set -euo pipefail
libraries=(libeigen3-dev nlohmann-json3-dev libcli11-dev libyaml-cpp-dev zlib1g-dev libpng-dev catch2)
optional=(libdnnl-dev libbenchmark-dev) # faster products; benches

missing=()
command -v c++ >/dev/null || missing+=(g++)
command -v cmake >/dev/null || missing+=(cmake)
command -v ninja >/dev/null || missing+=(ninja-build)
if ! command -v dpkg-query >/dev/null; then # not Debian: CMake finds the libraries, or fetches their sources
  [ ${#missing[@]} -eq 0 ] && exit 0
  echo "please install: ${missing[*]}, and if you can: ${libraries[*]} ${optional[*]} (names of Debian packages)" >&2
  exit 2
fi

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed'; }
for package in "${libraries[@]}" "$@"; do installed "$package" || missing+=("$package"); done
wanted=("${missing[@]}")
for package in "${optional[@]}"; do installed "$package" || wanted+=("$package"); done
[ ${#wanted[@]} -gt 0 ] || exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
  echo "installing Debian packages: ${wanted[*]}"
  install() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null; }
  "${as_root[@]}" apt-get update -qq || true
  install "${wanted[@]}" || [ ${#missing[@]} -eq 0 ] || install "${missing[@]}"
elif [ ${#missing[@]} -gt 0 ]; then
  echo "please install what the build needs: sudo apt-get install ${wanted[*]}" >&2
  exit 2
fi
