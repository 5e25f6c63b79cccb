# Sourced by every script: where things that are built or fetched are kept, outside the clone, so
# that several checkouts share them.
RONIN_CACHE="${RONIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ronin}"
export RONIN_CACHE
mkdir -p "$RONIN_CACHE"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$RONIN_CACHE/target}"
# RONIN_LIBTORCH=cuda has a folder of its own: changing to and fro fetches nothing anew.
libtorch="libtorch-${RONIN_LIBTORCH:-cpu}"
export LIBTORCH="${LIBTORCH:-$RONIN_CACHE/${libtorch%-cpu}}"
unset libtorch
export LD_LIBRARY_PATH="$LIBTORCH/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

have_node() {
  command -v node >/dev/null && command -v npm >/dev/null || return 1
  [ "$(printf '20.19.0\n%s\n' "$(node --version | tr -d v)" | sort -V | head -1)" = 20.19.0 ]
}
# The machine's own Node where it is new enough, else the one that scripts/setup laid out.
have_node || PATH="$RONIN_CACHE/node/bin:$PATH"
export PATH="$PATH:$RONIN_CACHE/bin"
