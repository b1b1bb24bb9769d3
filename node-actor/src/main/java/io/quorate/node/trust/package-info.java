/**
 * The cluster's certificate authority and what it issues: certificates of nodes, renewed by themselves, and of clients. Bouncy Castle
 * is used here and nowhere else; reading and using certificates is {@code io.quorate.persistence.tls}. The files are {@code
 * io.quorate.node.folder}'s. Start with {@link io.quorate.node.trust.NodeTrust}.
 */
@NullMarked
package io.quorate.node.trust;

import org.jspecify.annotations.NullMarked;
