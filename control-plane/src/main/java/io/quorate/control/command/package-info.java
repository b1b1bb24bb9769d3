/**
 * Commands that reach a node in more than one way, over HTTP and from peer services, and what both have to do about them. Knows {@code kv} and
 * the node; look next at {@code http} and {@code peer}.
 */
@NullMarked
package io.quorate.control.command;

import org.jspecify.annotations.NullMarked;
