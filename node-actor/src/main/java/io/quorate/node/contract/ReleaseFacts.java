package io.quorate.node.contract;

import java.util.List;

/**
 * What a node finds out about a release before it is to take it.
 *
 * @param freeBytes on the disk of its data folder
 * @param offered version that it finds; empty where it finds none
 * @param sha256 of its archive, hex
 * @param size of its archive in bytes
 * @param against what speaks against it there, a line each
 */
public record ReleaseFacts(long freeBytes, String offered, String sha256, long size, List<String> against) {
    public ReleaseFacts {
        against = List.copyOf(against);
    }
}
