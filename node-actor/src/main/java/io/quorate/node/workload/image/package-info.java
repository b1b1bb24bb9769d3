/**
 * The programs of the images that are built in, each a process of its own: they know nothing of the node that starts them, and nothing but the Java
 * platform, which keeps them small. Which there are, {@code ImageCatalog} says.
 */
@NullMarked
package io.quorate.node.workload.image;

import org.jspecify.annotations.NullMarked;
