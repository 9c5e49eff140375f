// SPDX-License-Identifier: GPL-2.0
//
// vhost_net: one more kind of backend socket.
//
// Tap, macvtap and packet sockets keep the stock code: every hook below asks
// first whether the backend is a port of mpassthru and otherwise does what
// stood there before. The receive worker changes (heads are posted ahead and
// complete later); transmit needs no hook, sendmsg of the socket is enough.
//
//   get_socket               recognises the fd
//   handle_rx_kick/_net      the two entrances of the receive worker
//   vhost_net_busy_poll      the transmit worker has polled for receive, too
//   vhost_net_set_backend    the backend of a queue changes
//   vhost_net_stop_vq        the backend goes away: release and RESET_OWNER
//   vhost_net_ioctl          the memory table, the log and the rings change
//   .unlocked_ioctl          anything may change
//   vhost_net_open/_release  the life of struct vhost_net
//
// Heads that a port holds belong to the ring that they came from. They must be
// back before vhost loses the ring position or the memory that they point to,
// hence the hooks in front of, never behind, the stock change.
//
// Glue is in vhost_net_mp.c, which drivers/convert has the end of net.c
// include: it reaches the static functions and private structs there.
//
// What would break it: another entrance to handle_rx, another place that
// clears a backend, or locks that no longer are as the comments say.

@r_include@
@@
 #include "vhost.h"
+#include "vhost_net_mp.h"

@r_field@
@@
 struct vhost_net {
 	...
+	struct mp_vhost_net mp;
 };

// dev is initialised, nobody else can see n yet
@r_open@
identifier f, n;
@@
 vhost_net_open(...)
 {
 	... when any
+	mp_vhost_open(n);
 	f->private_data = n;
 	... when any
 }

// the last use of n
@r_release@
identifier n;
@@
 vhost_net_release(...)
 {
 	... when any
+	mp_vhost_release(n);
 	kvfree(n);
 	...
 }

@r_get_socket@
identifier sock, fd;
@@
 get_socket(int fd)
 {
 	... when any
 	sock = get_tap_socket(fd);
 	if (!IS_ERR(sock))
 		return sock;
+	sock = mp_vhost_get_socket(fd);
+	if (!IS_ERR(sock))
+		return sock;
 	... when any
 }

@r_handle_rx@
expression N;
identifier F = {handle_rx_kick, handle_rx_net};
@@
 F(...)
 {
 	<...
-	handle_rx(N)
+	mp_vhost_handle_rx(N)
 	...>
 }

// vq->mutex of rvq is held
@r_busy_poll@
identifier n, rvq;
@@
 vhost_net_busy_poll(struct vhost_net *n, struct vhost_virtqueue *rvq, ...)
 {
 	<+...
-	vhost_enable_notify(&n->dev, rvq)
+	mp_vhost_tx_polled(n, rvq)
 	...+>
 }

// vq->mutex is held and the old backend is still set
@r_set_backend exists@
identifier n, index, fd, vq, sock, oldsock, r, L;
@@
 vhost_net_set_backend(struct vhost_net *n, unsigned index, int fd)
 {
 	... when any
 	if (sock != oldsock) {
 		... when any
+		mp_vhost_set_backend(n, index, sock);
 		vhost_vq_set_backend(vq, sock);
 		... when any
 		r = vhost_net_enable_vq(n, vq);
 		if (r)
 			goto L;
+		mp_vhost_backend_ready(n, index, sock);
 		... when any
 	}
 	... when any
 }

// The new backend could not be used and the old one is back.
@r_restore exists@
identifier n, index, fd, vq, oldsock;
@@
 vhost_net_set_backend(struct vhost_net *n, unsigned index, int fd)
 {
 	... when any
 	vhost_vq_set_backend(vq, oldsock);
 	vhost_net_enable_vq(n, vq);
+	mp_vhost_backend_restored(n, index, oldsock);
 	... when any
 }

// vq->mutex is held and the backend is still set
@r_stop_vq@
identifier n, vq;
@@
 vhost_net_stop_vq(struct vhost_net *n, struct vhost_virtqueue *vq)
 {
 	... when any
 	mutex_lock(&vq->mutex);
+	mp_vhost_stop_vq(n, vq);
 	... when any
 }

// dev.mutex is held; before vhost looks at the request
@r_dev_ioctl exists@
identifier n;
expression C, A;
@@
 vhost_net_ioctl(...)
 {
 	<+...
-	vhost_dev_ioctl(&n->dev, C, A)
+	mp_vhost_dev_ioctl(n, C, A)
 	...+>
 }

// all of them, before and after
@r_ioctl@
identifier fops;
symbol vhost_net_ioctl, mp_vhost_ioctl;
@@
 struct file_operations fops = {
-	.unlocked_ioctl = vhost_net_ioctl,
+	.unlocked_ioctl = mp_vhost_ioctl,
 	...
 };
