#!/bin/sh
# Installs eni-local into the node's folder of CNI plugins, by a rename: whatever moment a runtime starts
# the plugin, it finds the old one or the new one, whole, and one that runs is not disturbed.
# "install.sh --stay" waits afterwards until it is told to end, as a container of a DaemonSet must.
set -eu

executable="${ENI_LOCAL_EXECUTABLE:-/eni-local}"
folder="${CNI_BIN_DIR:-/host/opt/cni/bin}"
target="$folder/eni-local"
new=
waiting=

tidy() {
  [ -z "$new" ] || rm -f "$new"
  [ -z "$waiting" ] || kill "$waiting" 2>/dev/null || true
}
trap tidy EXIT
# The first process of a container hears of a signal only when it asks to.
trap 'exit 0' TERM INT

# What an earlier run left that was killed; nothing else has such a name.
rm -f "$folder"/.eni-local.??????

if cmp -s "$executable" "$target"; then
  echo "$target is this version already"
else
  # In the same folder, since only within a file system a rename is atomic.
  new="$(mktemp "$folder/.eni-local.XXXXXX")"
  cp "$executable" "$new"
  chmod 755 "$new"
  # On disk before it has its name: after a power cut an empty file would keep every pod from starting.
  sync "$new" 2>/dev/null || sync
  mv -f "$new" "$target"
  new=
  echo "installed $target"
fi

if [ "${1-}" = --stay ]; then
  sleep infinity &
  waiting=$!
  wait "$waiting"
fi
