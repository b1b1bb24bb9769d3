/**
 * The command line. Each command is a class; {@code QuorateCli} lists them. Only {@code start} loads what a node needs; the others
 * talk HTTP to the node whose data folder they are given.
 */
@NullMarked
package io.quorate.control.cli;

import org.jspecify.annotations.NullMarked;
