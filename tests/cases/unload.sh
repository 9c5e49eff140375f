# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: after all the others the modules unload, in order and without a trace
# kernels: all
# group: last
# timeout: 60

check "nothing is held" assert_idle
check "vhost_net, driver and core unload" unload_all
check "the core is gone" not mod_loaded mpassthru
check_not "and its device" test -e /dev/net/mp
# whether a stock driver still finds the hardware as it wants it
check "the stock driver takes over" load_stock
check "its link comes up" nic_ready
check "and goes" unload_all
