// SPDX-License-Identifier: GPL-2.0
//
// e1000e: receive into buffers of a bound port.
//
// The driver has one receive ring and dispatches through two pointers,
// adapter->clean_rx and adapter->alloc_rx_buf, chosen anew whenever the
// hardware is configured. The pack changes that choice and nothing in the
// stock receive functions, so a NIC that is not bound runs exactly them.
//
//   e1000_setup_rctl     decides buffer size and packet split; last chance to
//                        change the register value
//   e1000_configure_rx   the choice of the two pointers
//   e1000_clean_rx_ring  gives all buffers back when the NIC goes down or its
//                        rings are freed; buffers of a port must leave first,
//                        because the stock function would free them as its own
//   e1000_probe/_remove  the life of the net device
//
// Glue is in e1000e_mp.c, which drivers/convert has the end of netdev.c
// include: it reaches the static functions there.
//
// What would break it: a second receive ring, a third pointer, or a caller of
// the stock receive functions that bypasses the pointers. The manifest "hooks"
// notices when a place is gone or has a twin; it cannot notice a new bypass.

// Declarations of the glue need struct e1000_adapter, hence after e1000.h.
@r_include@
@@
 #include "e1000.h"
+#include "e1000e_mp.h"

// At the end: nothing the stock code uses moves to another cache line.
// set_ringparam copies whole ring structs back and forth, so the pointer is
// only trusted after e1000e_mp_configure_rx() wrote it.
@r_field@
@@
 struct e1000_ring {
 	...
+	struct mp_ring *mp;
 };

// Only the write at the end of e1000_setup_rctl; everybody else reads the
// register first and so keeps what was written here.
@r_rctl@
identifier A, V;
@@
 e1000_setup_rctl(struct e1000_adapter *A)
 {
 	... when any
-	ew32(RCTL, V);
+	ew32(RCTL, e1000e_mp_setup_rctl(A, V));
 	... when any
 }

// Right behind the stock choice; RDBA, RDH and RDT are programmed later.
@r_choice@
identifier A;
statement S;
@@
 e1000_configure_rx(struct e1000_adapter *A)
 {
 	...
 	if (A->rx_ps_pages) { ... }
 	else S
+	e1000e_mp_configure_rx(A);
 	... when any
 }

// The callers, not the function: a hook at the start of a function has to match
// its declarations, which change from kernel to kernel.
@r_clean_ring@
expression R;
@@
 e1000e_free_rx_resources(...)
 {
 	... when any
+	e1000e_mp_clean_rx_ring(R);
 	e1000_clean_rx_ring(R);
 	... when any
 }

// Before the other ring, too: NAPI stays enabled in e1000e_down(), and up to the
// hook a worker that posts buffers can start it. Without MSI-X it would clean the
// transmit ring beside e1000_clean_tx_ring().
@r_down@
expression T, R;
@@
 e1000e_down(...)
 {
 	... when any
+	e1000e_mp_clean_rx_ring(R);
 	e1000_clean_tx_ring(T);
 	e1000_clean_rx_ring(R);
 	... when any
 }

@r_register@
expression E, N;
identifier L;
@@
 e1000_probe(...)
 {
 	... when any
 	E = register_netdev(N);
 	if (E)
 		goto L;
+	e1000e_mp_register(N);
 	... when any
 }

// First of all, while the NIC can still be restarted: a few lines on
// __E1000_DOWN is set for good, although the hardware runs until
// unregister_netdev() closes it.
@r_unregister@
expression A;
@@
 e1000_remove(...)
 {
 	... when any
+	e1000e_mp_unregister(A->netdev);
 	e1000e_ptp_remove(A);
 	... when any
 }
