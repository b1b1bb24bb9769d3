package io.quorate.node.workload;

import java.util.OptionalLong;
import java.util.Set;

/**
 * What of a container's security context and its pod's a runtime with walls keeps to; one without has no use for it.
 *
 * @param hostName of the pod
 * @param user empty for the image's
 * @param group empty for the user's
 * @param notRoot whether it may not run as root
 * @param readOnlyRoot whether nothing but its volumes may be written
 * @param readOnlyMounts paths of mounts that may not be written
 * @param gainsPrivileges whether programs may give it more than it has, as sudo does
 * @param added capabilities beyond the usual, without {@code CAP_}
 * @param dropped capabilities; {@code ALL} for all
 * @param unconfined whether all system calls are open to it
 * @param privileged whether there are to be no walls at all, which no runtime here has
 */
public record Walls(
        String hostName,
        OptionalLong user,
        OptionalLong group,
        boolean notRoot,
        boolean readOnlyRoot,
        Set<String> readOnlyMounts,
        boolean gainsPrivileges,
        Set<String> added,
        Set<String> dropped,
        boolean unconfined,
        boolean privileged) {

    /** Nothing said. */
    public static final Walls USUAL = new Walls(
            "",
            OptionalLong.empty(),
            OptionalLong.empty(),
            false,
            false,
            Set.of(),
            false,
            Set.of(),
            Set.of(),
            false,
            false);

    public Walls {
        readOnlyMounts = Set.copyOf(readOnlyMounts);
        added = Set.copyOf(added);
        dropped = Set.copyOf(dropped);
    }
}
