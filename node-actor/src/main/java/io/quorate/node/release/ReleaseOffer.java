package io.quorate.node.release;

import java.util.List;

/**
 * A release that a source offers in a channel.
 *
 * @param version exact
 * @param sha256 of its archive, hex
 * @param size of its archive in bytes
 * @param upgradesFrom oldest release that it may replace
 * @param lowestLevel feature level that it can work with
 * @param highestLevel likewise
 * @param notes what speaks against it on this node, a line each; empty where nothing does
 */
public record ReleaseOffer(
        String version,
        String sha256,
        long size,
        String upgradesFrom,
        int lowestLevel,
        int highestLevel,
        List<String> notes) {
    public ReleaseOffer {
        notes = List.copyOf(notes);
    }
}
