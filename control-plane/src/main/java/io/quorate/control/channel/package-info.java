/**
 * What {@code kubectl exec}, {@code attach} and {@code port-forward} speak once their connection is theirs: several streams in one connection, as web
 * socket channels ({@code v4} and {@code v5.channel.k8s.io}) or as SPDY/3.1, which older clients want and newer ones wrap into a web socket. A {@link
 * io.quorate.control.channel.Multiplex} is either of them; {@link io.quorate.control.channel.ExecSession} and {@link
 * io.quorate.control.channel.ForwardSession} serve on one. Plain blocking streams on virtual threads: whoever writes waits for whoever reads, and nothing
 * piles up. Knows neither HTTP nor the objects; who may connect, and to what, is {@code kubernetes}' business.
 */
@NullMarked
package io.quorate.control.channel;

import org.jspecify.annotations.NullMarked;
