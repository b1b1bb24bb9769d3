/**
 * Who is at the other end of a connection: certificates of one cluster's authority, checked on every port and by every client. Here is
 * what uses them; what issues them is {@code io.quorate.node.trust}. May use the Java platform, Pekko's remoting and sockets in {@link
 * io.quorate.persistence.tls.ArteryTls} alone, and its streams in {@link io.quorate.persistence.tls.Rehearsal} alone. Start with {@link io.quorate.persistence.tls.Tls}.
 */
@NullMarked
package io.quorate.persistence.tls;

import org.jspecify.annotations.NullMarked;
