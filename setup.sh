#!/bin/sh
# Installs what is missing, and only that: system packages, then .venv with this package in it.
#
#   ./setup.sh         what drawing a film needs
#   ./setup.sh test    also what the tests need: a display without a screen, keys to press in it, a voice, a browser
#   ./setup.sh test-all    also what the slow tests need: npm, for a blog
#
# PYTHON=python3.12 ./setup.sh chooses the Python of .venv; any from 3.10 on will do.
# Asks what the machine can do, not which packages it has, so that a program built by hand counts.
# On every run the cheap questions are asked again; pip runs only when .venv/.setup, written last,
# does not say that this pyproject.toml was installed completely, here, by this Python.

set -u
unset CDPATH
cd -- "$(dirname -- "$0")" || exit 1

for_tests=no
case "$#:${1-}" in
    0:) ;;
    1:test) for_tests=yes ;;
    1:test-all) for_tests=all ;;
    *) echo "usage: ./setup.sh [test|test-all]" >&2; exit 2 ;;
esac

here=$(pwd -P)
system=$(uname -s)
python=${PYTHON:-python3}
stamp=.venv/.setup
log=
link=
# ldconfig lies where the PATH of ordinary users does not reach.
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

tidy() {
    if [ -n "$log" ]; then rm -f "$log"; fi
    if [ -n "$link" ]; then rm -f "$link"; fi
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# quietly WHAT COMMAND...: its output is shown only when it fails, and then all of it counts.
quietly() {
    quietly_what=$1
    shift
    if [ -z "$log" ]; then log=$(mktemp) || fail "no room for a temporary file"; fi
    "$@" >"$log" 2>&1 && return
    tail -n 200 "$log" >&2
    fail "$quietly_what failed; the lines above say why"
}


# ---- one set-up at a time ------------------------------------------------------------------------

lock() {
    if has flock; then
        # The kernel lets go of it when the last process of this set-up has ended, however it ended.
        exec 9<setup.sh
        flock -n 9 && return
        say "another set-up is at work here; waiting for it"
        flock 9 || fail "cannot lock setup.sh"
        return
    fi
    # A symbolic link is made in one step, and its target holds the process that owns it.
    told=no
    until ln -s "$$" .venv.lock 2>/dev/null; do
        owner=$(readlink .venv.lock) || { sleep 1; continue; }
        if ! kill -0 "$owner" 2>/dev/null; then
            say "removing the lock of a set-up that no longer runs (process $owner)"
            rm -f .venv.lock
        elif [ $told = no ]; then
            say "another set-up is at work here (process $owner); waiting for it"
            told=yes
        else
            sleep 1
        fi
    done
    link=.venv.lock
}


# ---- what the machine can do ---------------------------------------------------------------------

ready=no     # is .venv complete?
missing=     # one line each, for people
debian=      # packages for apt-get
brew='' cask='' tlmgr='' xcode=''   # the same for macOS, by the tool that brings it

# lacks WHAT WHY DEBIAN-PACKAGES ["MAC-TOOL NAME"]
lacks() {
    if [ "$system" = Darwin ]; then
        case "$4" in
            brew\ *) brew="$brew ${4#* }" remedy="brew install ${4#* }" ;;
            cask\ *) cask="$cask ${4#* }" remedy="brew install --cask ${4#* }" ;;
            tlmgr\ *) tlmgr="$tlmgr ${4#* }" remedy="tlmgr install ${4#* }" ;;
            *) xcode=--install remedy="xcode-select --install" ;;
        esac
    else
        debian="$debian $3"
        case "$3" in *\ *) remedy="packages $3" ;; *) remedy="package $3" ;; esac
        if has apt-get; then remedy="apt $remedy"; else remedy="Debian $remedy"; fi
    fi
    missing="${missing}missing: $1 ($2) -> $remedy
"
}

# A .venv that is complete and was made here, for this pyproject.toml. Costs one start of Python.
venv_is_ready() {
    [ -f "$stamp" ] && [ -x .venv/bin/python ] && [ -x .venv/bin/mathviz ] || return 1
    version=$(python_version .venv/bin/python) || return 1
    [ "$(cat "$stamp")" = "$(digest "$version")" ] || return 1
    is_chosen_python "$version"
}

is_chosen_python() { [ -z "${PYTHON-}" ] || [ "$(python_version "$PYTHON")" = "$1" ]; }

digest() { printf 'complete %s %s %s\n' "$(cat pyproject.toml setup.sh | cksum)" "$1" "$here"; }

python_version() { "$1" -I -S -c 'import sys; print(sys.version.split()[0])' 2>/dev/null; }

find_missing() {
    missing='' debian='' brew='' cask='' tlmgr='' xcode=''
    if venv_is_ready; then
        ready=yes
    else
        ready=no
        find_missing_for_venv
    fi

    { has ffmpeg && has ffprobe; } || lacks "ffmpeg, ffprobe" "encode the films and check them" \
        ffmpeg "brew ffmpeg"

    has latex || lacks latex "sets the formulas" texlive-latex-base "cask basictex"
    # kpsewhich prints one line for each file that it finds.
    tex_files=$(kpsewhich standalone.cls preview.sty english.ldf amsmath.sty xcolor.sty amssymb.sty \
        cmr10.pfb 2>/dev/null) || true
    lacks_tex standalone.cls "crops a formula to its ink" texlive-latex-extra standalone
    lacks_tex preview.sty "measures a formula" preview-latex-style preview
    lacks_tex english.ldf "language of the formulas' template" texlive-latex-base babel-english
    lacks_tex amsmath.sty "mathematics in LaTeX" texlive-latex-base amsmath
    lacks_tex xcolor.sty "colours in LaTeX" texlive-latex-recommended xcolor
    lacks_tex amssymb.sty "mathematical signs" texlive-base amsfonts
    lacks_tex cmr10.pfb "outlines of the formulas' letters" texlive-base amsfonts
    has dvisvgm || lacks dvisvgm "turns formulas into outlines" dvisvgm "tlmgr dvisvgm"

    # macOS brings its own OpenGL and its own display.
    [ "$system" != Darwin ] || return 0
    libraries=$(ldconfig -p 2>/dev/null) || libraries=
    has_library libEGL.so.1 || lacks libEGL.so.1 "draws without a display" libegl1
    has_library libEGL_mesa.so.0 ||
        lacks libEGL_mesa.so.0 "Mesa's part of drawing without a display" libegl-mesa0
    has_library libGL.so.1 || lacks libGL.so.1 "OpenGL" libgl1
    has_mesa_driver || lacks "Mesa's swrast driver" "draws on the processor" libgl1-mesa-dri

    [ $for_tests != no ] || return 0
    { has Xvfb && has xvfb-run; } || lacks "Xvfb, xvfb-run" "a display for the tests that open a window" xvfb
    has xauth || lacks xauth "lets xvfb-run start" xauth
    has xdotool || lacks xdotool "presses a key in that window" xdotool
    has espeak-ng || lacks espeak-ng "speaks captions" espeak-ng
    has chromium || lacks chromium "looks at the gallery's pages" chromium
    has pdftoppm || lacks pdftoppm "shows what a PDF looks like" poppler-utils
    [ $for_tests != all ] || has npm || lacks npm "installs a blog made with Hexo" npm
}

# What is needed only while .venv is made.
find_missing_for_venv() {
    if ! has "$python"; then
        [ -z "${PYTHON-}" ] || fail "PYTHON=$PYTHON: there is no such program"
        lacks python3 "runs everything" "python3 python3-venv python3-dev" "brew python"
    else
        # Debian splits these two off; every other Python has them.
        of_python=$(
            "$python" -c '
import os, sys, sysconfig
print("%d.%d" % sys.version_info[:2])
print("old" if sys.version_info < (3, 10) else "new")
try:
    import ensurepip, venv
    print("venv")
except ImportError:
    print("-")
header = os.path.join(sysconfig.get_path("include"), "Python.h")
print("header" if os.path.exists(header) else "-")
default = os.path.realpath("/usr/bin/python3")
print("python3" if os.path.realpath(sys.executable) == default else "python%d.%d" % sys.version_info[:2])
'
        ) || fail "$python does not run"
        # shellcheck disable=SC2086 # five words
        set -- $of_python
        [ "$2" = new ] ||
            fail "$python is Python $1; 3.10 or newer is needed: PYTHON=python3.12 make demo chooses another"
        [ "$3" = venv ] || lacks "venv with ensurepip" "makes .venv" "$5-venv" "brew python"
        [ "$4" = header ] || lacks Python.h "manimpango is compiled on installation" "$5-dev" "brew python"
    fi
    printf '#include <stdio.h>\n' | ${CC:-cc} -fsyntax-only -x c - 2>/dev/null ||
        lacks "C compiler" "manimpango is compiled on installation" "gcc libc6-dev" "xcode tools"
    if ! has pkg-config; then
        lacks pkg-config "finds Pango for manimpango" pkg-config "brew pkg-config"
        pango=no
    else
        pango=$(pkg-config --exists pangocairo && echo yes)
    fi
    [ "$pango" = yes ] ||
        lacks "pangocairo with headers" "Pango lays out the text" libpango1.0-dev "brew pango"
}

lacks_tex() {
    case "$tex_files" in
        *"/$1"*) ;;
        *) lacks "$1" "$2" "$3" "tlmgr $4" ;;
    esac
}

has_library() {
    case "$libraries" in
        *"$1 "*) return 0 ;;
    esac
    for place in /usr/lib /usr/lib64 /usr/local/lib /usr/lib/*-linux-gnu*; do
        [ -e "$place/$1" ] && return
    done
    return 1
}

has_mesa_driver() {
    # Newer releases of Mesa have all drivers in one library.
    case "$libraries" in *libgallium-*) return 0 ;; esac
    for place in /usr/lib/dri /usr/lib64/dri /usr/local/lib/dri /usr/lib/*-linux-gnu*/dri; do
        [ -e "$place/swrast_dri.so" ] && return
    done
    return 1
}

words_once() { printf '%s\n' "$@" | awk '!seen[$0]++' | tr '\n' ' ' | sed 's/ $//'; }

install_missing() {
    [ -n "$missing" ] || return 0
    printf '%s' "$missing"
    if [ "$system" = Darwin ]; then
        say "Install it with these commands, then run this again:"
        [ -z "$xcode" ] || say "    xcode-select --install"
        # shellcheck disable=SC2086 # words
        {
            [ -z "$brew" ] || say "    brew install $(words_once $brew)"
            [ -z "$cask" ] || say "    brew install --cask $(words_once $cask)"
            [ -z "$tlmgr" ] || say "    sudo tlmgr install $(words_once $tlmgr)"
        }
        exit 1
    fi
    # shellcheck disable=SC2086 # words
    packages=$(words_once $debian)
    if ! has apt-get; then
        say "There is no apt-get here. The lines above name each package as Debian calls it and what it"
        say "is for: install the same with this system's own package manager, then run this again."
        say "    $packages"
        exit 1
    fi
    by_hand="apt-get update && apt-get install -y --no-install-recommends $packages"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! has sudo; then
            say "Run this as root, then start again:"
            say "    $by_hand"
            exit 1
        fi
        as_root=sudo
        sudo true || fail "sudo refused; as root: $by_hand"
    fi
    say "installing these packages with apt-get (minutes, where LaTeX is among them)…"
    # shellcheck disable=SC2086 # words
    quietly "apt-get" apt_install $packages
    find_missing
    [ -z "$missing" ] || { printf '%s' "$missing" >&2; fail "apt-get has run, and this is still missing"; }
}

apt_install() {
    # Fresh machines often update themselves just then: wait for the lock instead of failing. A broken
    # third-party list is no reason to stop: if it matters, the installation says so. The closed
    # descriptor is the lock of this set-up, which no service started by a package may inherit.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update 9<&- || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        install --no-install-recommends "$@" 9<&-
}


# ---- .venv ---------------------------------------------------------------------------------------

make_venv() {
    why=
    if [ -e .venv ] || [ -L .venv ]; then
        if [ "$(cat "$stamp" 2>/dev/null)" = unfinished ]; then
            why="its installation was interrupted"
        elif ! .venv/bin/python -c 'import pip' 2>/dev/null; then
            why="its Python is gone or broken"
        elif ! grep -qF "$here/.venv" .venv/bin/activate 2>/dev/null; then
            why="it was made in another folder"
        elif ! is_chosen_python "$(python_version .venv/bin/python)"; then
            why="PYTHON=$PYTHON is another Python"
        elif ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
            why="its Python is older than 3.10"
        else
            echo unfinished >"$stamp" || fail "cannot write $stamp"
            return
        fi
        say "making .venv again: $why"
        rm -rf .venv || fail "cannot remove .venv"
    fi
    { mkdir .venv && echo unfinished >"$stamp"; } || fail "cannot write .venv"
    quietly "making .venv" "$python" -m venv .venv
}

pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input "$@"; }

install_package() {
    # Older ones fetch a whole wheel to answer what they would install, or cannot say it at all.
    .venv/bin/python -c '
import pip, sys
sys.exit([int(number) for number in pip.__version__.split(".")[:2]] < [23, 3])
' ||
        quietly "updating pip" pip install -qq --upgrade 'pip>=23.3'
    choose_torch
    say "installing the Python packages (about 2 minutes)…"
    # One command for both, so that the rest cannot bring another torch.
    # shellcheck disable=SC2086 # none or one
    quietly "pip" pip install -qq $torch -e '.[dev]'
}

# Sets $torch to the build that this machine can use: '' leaves the choice to pip.
choose_torch() {
    torch=
    [ "$system" != Darwin ] || return 0   # there is one build for macOS, and it is small
    release=$(sed -n 's/.*"torch==\([0-9.]*\)".*/\1/p' pyproject.toml)
    [ -n "$release" ] || fail "pyproject.toml names no release of torch"
    if nvidia-smi -L >/dev/null 2>&1 || [ -e /dev/nvidia0 ]; then
        # Three signs: pip would take 2.13.0+cpu for a newer 2.13.0.
        if finds "torch===$release"; then
            torch="torch===$release"
            say "torch $release: this machine has an NVIDIA GPU, so the CUDA build (gigabytes)"
        fi
        return 0
    fi
    if finds "torch==$release+cpu"; then
        torch="torch==$release+cpu"
        return 0
    fi
    size=$(pip install -qq --dry-run --ignore-installed --report - "torch==$release" 2>/dev/null |
        .venv/bin/python -c "$bytes_to_fetch" 2>/dev/null)
    [ "$size" != local ] || return 0
    say "torch $release: pip finds only the CUDA build: ${size:-several GB} to fetch with its libraries."
    say "    For the CPU build, a tenth of that, stop this and run it again with PIP_EXTRA_INDEX_URL set"
    say "    to PyTorch's own CPU index (see pytorch.org/get-started)."
}

finds() { pip install -qq --dry-run --no-deps --ignore-installed "$1" >/dev/null 2>&1; }

# Reads pip's report; prints "local" where torch is a file on this machine, else the size of what is fetched.
bytes_to_fetch='
import json, sys, urllib.request
packages = json.load(sys.stdin)["install"]
urls = {p["metadata"]["name"]: p["download_info"]["url"] for p in packages}
if urls["torch"].startswith("file:"):
    sys.exit(print("local"))
total = 0
for url in urls.values():
    request = urllib.request.Request(url, method="HEAD")
    with urllib.request.urlopen(request, timeout=5) as answer:
        total += int(answer.headers["Content-Length"])
print("%.1f GB" % (total / 1e9))
'


# ---- the order of events -------------------------------------------------------------------------

find_missing
if [ -z "$missing" ] && [ $ready = yes ]; then exit 0; fi
lock
find_missing   # the one that held the lock may have installed it
install_missing
if [ $ready = yes ]; then exit 0; fi
make_venv
install_package
version=$(python_version .venv/bin/python) || fail ".venv/bin/python does not run"
{ digest "$version" >"$stamp.new" && mv "$stamp.new" "$stamp"; } || fail "cannot write $stamp"
say "ready: .venv with Python $version"
