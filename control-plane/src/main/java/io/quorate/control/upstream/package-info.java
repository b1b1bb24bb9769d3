/**
 * The way from a node without a copy of the objects to those that hold one: which of them is asked next ({@link
 * io.quorate.control.upstream.Upstreams}), the file that says where they are ({@link io.quorate.control.upstream.ProviderFile}), and how a watch goes on at
 * another one ({@link io.quorate.control.upstream.SplicedWatch}). Knows neither nodes nor HTTP: {@code kubernetes} and {@code http} ask with it.
 */
@NullMarked
package io.quorate.control.upstream;

import org.jspecify.annotations.NullMarked;
