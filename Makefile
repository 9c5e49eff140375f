# SPDX-License-Identifier: GPL-2.0
# mpassthru: "make help" tells what there is.

# What gets converted: drivers and vhost_net, one directory each, with a manifest.
PIECES	:= $(patsubst %/hooks,%,$(sort $(wildcard drivers/*/hooks))) vhost
# What gets built; the directory in the build tree has the piece's name.
DRIVERS	:= $(notdir $(filter drivers/%,$(PIECES)))
MODULES	:= core/mpassthru.ko $(foreach d,$(DRIVERS),$d/$d.ko) vhost/vhost_net.ko

ifdef KREL
KDIR	?= /lib/modules/$(KREL)/build
endif
KDIR	?= /lib/modules/$(shell uname -r)/build
SRC	?=

# The release that modules built in KDIR load into, and the name of the build
# tree. include/config/kernel.release is another one in Debian's 5.10 and 6.1.
krel	= $(or $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
		$(KDIR)/include/generated/utsrelease.h 2>/dev/null),$(KREL))
out	= $(CURDIR)/build/$(krel)
cc	= $(if $(filter command environment,$(firstword $(origin CC))),$(CC))
jobs	= $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
kbuild	= $(MAKE) --no-print-directory $(jobs) -C $(KDIR) M=$(out)
updates	= $(INSTALL_MOD_PATH)/lib/modules/$(krel)/updates

.PHONY: modules prepare modules_install modules_uninstall clean help has-release
modules: prepare
	+@$(kbuild) modules

prepare:
	@drivers/convert-all "$(KDIR)" "$(PIECES)" "$(SRC)" "$(cc)"

# Without headers KREL=release tells what to take away.
has-release:
	@test -n "$(krel)" || { \
		echo "mpassthru: no headers in KDIR=$(KDIR), which tell the kernel's release: install them, or KREL=<release>" >&2; \
		exit 1; }

# A directory of our own in updates/: depmod prefers it to kernel/, and taking
# it away is the whole of uninstalling. kbuild's own depmod step wants a
# System.map and signing wants a key: header packages have neither.
modules_install: has-release
	@for m in $(MODULES); do test -f $(out)/$$m || { \
		echo "mpassthru: $(out)/$$m is not built: make modules" >&2; \
		exit 1; }; done
	+@$(kbuild) INSTALL_MOD_DIR=updates/mpassthru DEPMOD=true \
		$(if $(wildcard $(KDIR)/certs/signing_key.*),,CONFIG_MODULE_SIG_ALL=) \
		modules_install 2>$(out)/install.log || \
		{ cat $(out)/install.log >&2; exit 1; }
	@grep -v "missing 'System.map'" $(out)/install.log >&2 || true
	@depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(krel)
	@echo "mpassthru: installed in $(updates)/mpassthru; if the initramfs has one of these drivers, make it anew (update-initramfs -u)"

modules_uninstall: has-release
	@rm -rf $(updates)/mpassthru
	@rmdir $(updates) 2>/dev/null || true
	@depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(krel)

# The lab, build/lab, is not touched: it took minutes and a network to make.
clean:
	rm -f modules.order Module.symvers .*.cmd .module-common.o
	rm -rf $(patsubst %/Kbuild,%,$(wildcard build/*/Kbuild))

.PHONY: sparse checkpatch shellcheck
# Only what concerns files of ours is reported; stock drivers have findings of
# their own. Not C=2: headers of 7.x lack the script that it asks first (and say
# so here too, without effect).
sparse: prepare
	+@$(kbuild) KBUILD_CHECKSRC=2 CHECK="$(CURDIR)/tests/build/check-sparse" modules

checkpatch:
	@tests/build/checkpatch $(SRC)

shellcheck:
	@tests/build/shellcheck

.PHONY: lab lab-modules demo check check-full check-build bench hwtest
lab:
	@tests/lab/setup

lab-modules:
	@tests/build/lab-modules

demo:
	@tests/demo/run

check:
	@tests/check

check-full:
	@LEVEL=full tests/check

check-build:
	@tests/build/run

bench:
ifdef NIC
	@tests/bench/run $(NIC) $(or $(BENCH),ours) $(or $(SIZE),508) \
		$(or $(BATCH),64)
else
	@tests/bench/all
endif

# On real hardware: see tests/nic/README.md.
hwtest:
	@tests/nic/hwtest "$(IFACE)" "$(PEER)"

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: On this machine, for the running kernel:
#:   make [modules]         convert, build (default)
#:   make modules_install   into updates/: instead of the stock modules
#:   make modules_uninstall
#:   make prepare           convert only; then make -C KDIR M=$PWD modules
#:   make clean
#:     KDIR=dir             headers of another kernel (or KREL=release)
#:     SRC="..."            kernel tree, linux-source tarball, or the directory
#:                          of a vendor's driver; default: /usr/src
#:     CC= W=1 V=1          as in every kernel build
#:     INSTALL_MOD_PATH=dir
#:
#: In the lab (as root; needs only a Debian-like machine):
#:   make demo              frames through an emulated NIC into a guest
#:                          NIC=e1000e (igb, ixgbe) KERNEL=6.12 FRAMES=100000
#:   make check             the tests; CASES="memlock bound-*" only these,
#:                          NIC=igb (e1000e, ixgbe, x540) those of that NIC
#:   make check-full        the long ones too
#:   make lab               make the lab, as all of these do by themselves
#:   make lab-modules       build for each kernel of the lab
#:   make check-build       tests of conversion, compat and build
#:     KERNELS="6.12 7.3"   only these; 6.12-debug (KASAN, lockdep, ...) is
#:                          built once, which takes half an hour
#:     JOBS=1               one thing at a time
#:   make bench             instructions of the kernel per frame, counted, for
#:                          all of tests/bench/cells (tests/bench/README.md)
#:     CELLS="igb:ours:*"   only these
#:     NIC=igb BENCH=ours SIZE=508 BATCH=64   one, without tables and plots
#:
#: On real hardware, as root, with our modules loaded (tests/nic/README.md):
#:   make hwtest IFACE=eth2 PEER=eth3
#:     PEER=ssh:host:eth1   the peer is a port of another machine
#:     CASES="rings tcp"    only these; STATES=idle,bound LEVEL=fast
#:
#: Checking sources:
#:   make sparse, make checkpatch, make shellcheck
