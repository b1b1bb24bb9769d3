/**
 * Images in the form of the Open Container Initiative, in a folder of this machine ({@code index.json}, {@code blobs/sha256}): found by name, checked by
 * digest, unpacked, and brought in from an archive. What comes from outside is not trusted: nothing that an archive names leads out of its folder, and
 * sizes are bounded; {@link io.quorate.node.workload.oci.RootFolder} is for volumes, too. Runs nothing and pulls nothing; the {@code oci} engine of {@code io.quorate.node.workload} does the first.
 */
@NullMarked
package io.quorate.node.workload.oci;

import org.jspecify.annotations.NullMarked;
