package io.quorate.node.contract;

/**
 * What a node is to do about its release. The same order again asks what came of it.
 *
 * @param id idempotence: the same one never begins it twice
 * @param source where from; empty for a revert
 * @param version exact
 * @param sha256 of the archive, hex; empty: whatever the source's signed manifest says
 * @param revert to the previous release, which is here already
 */
public record ReleaseOrder(String id, String source, String version, String sha256, boolean revert) {}
