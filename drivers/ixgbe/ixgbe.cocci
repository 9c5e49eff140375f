// SPDX-License-Identifier: GPL-2.0
//
// ixgbe: receive into buffers of bound ports.
//
// Each receive queue has a ring struct; several may share a NAPI context. A
// ring is configured, filled, polled and cleaned; each of these asks once
// whether the core has the ring. Stock functions that run per frame are not
// touched.
//
//   ixgbe_configure_rx_ring  the ring is empty and off: decide who has it, and
//                            set the bits that its registers are made from;
//                            and the first fill
//   ixgbe_poll               the receive half of a poll
//   ixgbe_clean_rx_ring      the driver takes its buffers back: so do we
//   ixgbe_set_rx_drop_en     a queue without buffers: drop or wait
//   ixgbe_close              rules of ethtool -N are forgotten
//   ixgbe_ptp_set_timestamp_mode
//                            time stamps that the X550 puts behind frames
//   ixgbe_xdp                an AF_XDP socket wants to provide the buffers
//   ixgbe_probe, unregister  the life of the net device
//
// Glue is in ixgbe_mp.c, which drivers/convert has the end of ixgbe_main.c
// include: it reaches the static functions there.
//
// There is none for SRRCTL, MAXFRS and RSCCTL: the driver makes SRRCTL and
// RSCCTL from bits of the ring, which the glue sets, and MAXFRS from the MTU.
// The driver's own stop and start of single queues (AF_XDP) goes through the
// same functions. The self test has rings without a q_vector, macvlan offload
// such of another net device; they are left alone.
//
// What would break it: another place that fills or polls a ring, or another
// source of SRRCTL's buffer size. The manifest "hooks" notices when a place is
// gone or has a twin; it cannot notice that.

// Declarations of the glue need struct ixgbe_adapter, hence after ixgbe.h.
@r_include@
@@
 #include "ixgbe.h"
+#include "ixgbe_mp.h"

// At the end, where there is room in the cache line of xsk_pool, which each poll
// reads: nothing moves. Ring structs are cleared, copied and freed with their
// q_vector, so the pointer is only trusted after ixgbe_mp_configure_rx_ring()
// wrote it.
@r_field@
@@
 struct ixgbe_ring {
 	...
+	struct mp_ring *mp;
 };

// Queue + 1 that gets all frames, 0 if none does.
@r_steer@
@@
 struct ixgbe_adapter {
 	...
+	u32 mp_steer;
 };

// Before the registers of the ring are written, since they depend on it. The
// caller's ring is off here.
@r_configure@
expression A, R;
@@
 ixgbe_configure_rx_ring(...)
 {
 	... when any
+	ixgbe_mp_configure_rx_ring(A, R);
 	ixgbe_configure_srrctl(A, R);
 	... when any
 }

// After the queue is enabled, in the else branch for AF_XDP.
@r_fill@
expression R, N;
@@
 ixgbe_configure_rx_ring(...)
 {
 	<...
-	ixgbe_alloc_rx_buffers(R, N)
+	ixgbe_mp_alloc_rx_buffers(R, N)
 	...>
 }

// Its only caller is ixgbe_poll, in the conditional expression for AF_XDP. The
// stock function is handed over, so that this is one call there.
@r_poll@
expression Q, R, B;
@@
-	ixgbe_clean_rx_irq(Q, R, B)
+	ixgbe_mp_poll_rx(Q, R, B, ixgbe_clean_rx_irq)

// The first statement of the function, before it walks over its own buffers.
@r_clean_ring@
identifier R;
@@
 ixgbe_clean_rx_ring(struct ixgbe_ring *R)
 {
 	...
+	ixgbe_mp_clean_rx_ring(R);
 	if (R->xsk_pool) { ... }
 	... when any
 }

// Its only caller is ixgbe_set_rx_drop_en, which is called anew when the link
// comes up or flow control changes.
@r_drop@
expression A, R;
@@
-	ixgbe_disable_rx_drop(A, R);
+	ixgbe_mp_disable_rx_drop(A, R);

// The stock function is handed over, so that this is one call there.
@r_rules@
expression A;
@@
 ixgbe_close(...)
 {
 	... when any
-	ixgbe_fdir_filter_exit(A);
+	ixgbe_mp_fdir_filter_exit(A, ixgbe_fdir_filter_exit);
 	... when any
 }

// Also after resets. In ixgbe_ptp.c.
@r_stamp exists@
expression V;
symbol hw, adapter;
@@
 ixgbe_ptp_set_timestamp_mode(...)
 {
 	... when any
-	IXGBE_WRITE_REG(hw, IXGBE_TSYNCRXCTL, V);
+	IXGBE_WRITE_REG(hw, IXGBE_TSYNCRXCTL, ixgbe_mp_tsyncrxctl(adapter, V));
 	... when any
 }

@r_xsk@
expression A, P, Q;
@@
 ixgbe_xdp(...)
 {
 	<...
-	ixgbe_xsk_pool_setup(A, P, Q)
+	ixgbe_mp_xsk_pool_setup(A, P, Q, ixgbe_xsk_pool_setup)
 	...>
 }

// The last statement but "return 0" of a probe that worked: what fails behind
// register_netdev() needs no call of ours then.
@r_register exists@
expression E, N;
@@
 E = register_netdev(N);
 ... when any
+ixgbe_mp_register(N);
 return 0;

// Removal, a module that is no longer supported, a firmware that failed. The NIC
// runs until then.
@r_unregister@
expression N;
identifier F != ixgbe_probe;
@@
 F(...)
 {
 	<+...
+	ixgbe_mp_unregister(N);
 	unregister_netdev(N);
 	...+>
 }
