/**
 * The kubernetes API as requests and answers, without HTTP: discovery, reads, writes, lists, tables and watches of the objects, and the node
 * objects that follow the cluster's membership. Knows the rules in {@code objects}, the words in {@code resource}, {@code table}, and the node;
 * {@code http} brings requests to it.
 */
@NullMarked
package io.quorate.control.kubernetes;

import org.jspecify.annotations.NullMarked;
