// SPDX-License-Identifier: GPL-2.0
//
// igb: receive into buffers of bound ports.
//
// Each receive queue has a ring struct and a NAPI context of its own. A ring
// is configured, filled, polled and cleaned; each of these asks once whether
// the core has the ring. Stock functions that run per frame are not touched.
//
//   igb_configure_rx_ring  the ring is empty and off: decide who has it
//   igb_setup_srrctl       buffer size, drop rule and timestamps of the queue;
//                          called anew while it runs (ethtool -A)
//   igb_configure          the first fill
//   igb_poll               the receive half of a poll
//   igb_clean_rx_ring      the driver takes its buffers back: so do we
//   igb_set_rx_mode        the longest frame that the NIC accepts
//   igb_xdp                an AF_XDP socket wants to provide the buffers
//   igb_io_error_detected, igb_io_resume
//                          down and up beside the core's restarts
//   igb_probe/_remove      the life of the net device
//
// Glue is in igb_mp.c, which drivers/convert has the end of igb_main.c include:
// it reaches the static functions there.
//
// igb_xsk.c (7.x) stops and starts single rings, too, but only those of AF_XDP
// sockets. The core never has these: igb_xdp refuses a pool for a bound queue,
// the core refuses to bind a queue with a pool, and with an XDP program (a
// pool is not used without) rings are not the core's for frames of the host.
// The self test has rings without a q_vector, which are left alone.
//
// What would break it: another place that fills or polls a ring, or that
// writes the registers of igb_setup_srrctl or igb_set_rx_mode. The manifest
// "hooks" notices when a place is gone or has a twin; it cannot notice that.

// Declarations of the glue need struct igb_adapter, hence after igb.h.
@r_include@
@@
 #include "igb.h"
+#include "igb_mp.h"

// In the hole in front of the aligned xdp_rxq, beside the statistics that each
// poll writes: nothing moves, no further cache line is touched. Ring structs
// are cleared, copied and freed with their q_vector, so the pointer is only
// trusted after igb_mp_configure_rx_ring() wrote it.
@r_field@
@@
 struct igb_ring {
 	...
+	struct mp_ring *mp;
 	struct xdp_rxq_info xdp_rxq;
 	...
 };

// Queue + 1 that gets all frames, 0 if none does.
@r_steer@
@@
 struct igb_adapter {
 	...
+	u32 mp_steer;
 };

// Before the registers of the ring are written, since they depend on it. The
// caller's ring is off here.
@r_configure@
expression A, R;
@@
 igb_configure_rx_ring(...)
 {
 	...
+	igb_mp_configure_rx_ring(A, R);
 	igb_setup_srrctl(A, R);
 	...
 }

@r_srrctl@
identifier R;
expression V;
symbol reg_idx;
@@
 igb_setup_srrctl(..., struct igb_ring *R)
 {
 	... when any
-	wr32(E1000_SRRCTL(reg_idx), V);
+	wr32(E1000_SRRCTL(reg_idx), igb_mp_setup_srrctl(R, V));
 	... when any
 }

// After all queues are enabled. 7.x has it in the else branch for AF_XDP.
@r_fill exists@
expression R, N;
@@
 igb_configure(...)
 {
 	<+...
-	igb_alloc_rx_buffers(R, N)
+	igb_mp_alloc_rx_buffers(R, N)
 	...+>
 }

// The stock function is handed over, so that this is one call wherever it
// stands; 7.x has it in a conditional expression.
@r_poll exists@
expression Q, B;
@@
 igb_poll(...)
 {
 	<+...
-	igb_clean_rx_irq(Q, B)
+	igb_mp_poll_rx(Q, B, igb_clean_rx_irq)
 	...+>
 }

// The first statement of the function, before it walks over its own buffers.
// In here and not at the callers: there are more of them in 7.x.
@r_clean_ring@
identifier R;
@@
 igb_clean_rx_ring(struct igb_ring *R)
 {
 	...
+	igb_mp_clean_rx_ring(R);
 	dev_kfree_skb(R->skb);
 	... when any
 }

// Two registers hold the longest frame: one for the NIC, one for the pool of
// the PF in the NICs that have pools. Written whenever the filters change.
@r_rlpml@
identifier V;
symbol adapter;
@@
 igb_set_rx_mode(...)
 {
 	... when any
-	wr32(E1000_RLPML, V);
+	wr32(E1000_RLPML, igb_mp_rlpml(adapter, V));
 	... when any
 }

@r_vmolr@
identifier F, V;
symbol adapter;
@@
 igb_set_rx_mode(...)
 {
 	... when any
-	wr32(E1000_VMOLR(F), V);
+	wr32(E1000_VMOLR(F), igb_mp_vmolr(adapter, V));
 	... when any
 }

// 7.x only.
@r_xsk exists@
expression A, P, Q;
@@
 igb_xdp(...)
 {
 	<...
-	igb_xsk_pool_setup(A, P, Q)
+	igb_mp_xsk_pool_setup(A, P, Q, igb_xsk_pool_setup)
 	...>
 }

// PCI error recovery takes the NIC down and up without a lock on kernels up to
// 6.12; later ones hold RTNL, and the hook is told so. Without the two rules for that
// it would wait for itself, which the case "recovery" notices.
@r_io_down exists@
expression A;
@@
 igb_io_error_detected(...)
 {
 	<+...
-	igb_down(A)
+	igb_mp_io_down(A, false)
 	...+>
 }

@r_io_down_locked exists@
expression A;
symbol false;
@@
 igb_io_error_detected(...)
 {
 	...
 	rtnl_lock();
 	<+...
-	igb_mp_io_down(A, false)
+	igb_mp_io_down(A, true)
 	...+>
 }

@r_io_up exists@
expression A;
@@
 igb_io_resume(...)
 {
 	<+...
-	igb_up(A)
+	igb_mp_io_up(A, false)
 	...+>
 }

@r_io_up_locked exists@
expression A;
symbol false;
@@
 igb_io_resume(...)
 {
 	...
 	rtnl_lock();
 	<+...
-	igb_mp_io_up(A, false)
+	igb_mp_io_up(A, true)
 	...+>
 }

@r_register@
expression E, N;
identifier L;
@@
 igb_probe(...)
 {
 	... when any
 	E = register_netdev(N);
 	if (E)
 		goto L;
+	igb_mp_register(N);
 	... when any
 }

// First of all, while the NIC can still be restarted: a few lines on
// __IGB_DOWN is set for good, although the hardware runs until
// unregister_netdev() closes it.
@r_unregister@
symbol netdev;
@@
 igb_remove(...)
 {
 	... when any
+	igb_mp_unregister(netdev);
 	pm_runtime_get_noresume(...);
 	... when any
 }
