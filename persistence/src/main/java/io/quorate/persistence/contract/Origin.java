package io.quorate.persistence.contract;

/**
 * Where a command came from. Events that are written outside of Pekko Persistence keep it as their metadata: {@code version by
 * commandId}, version 2 (1 is the plugin's own form).
 *
 * @param by who asked, as {@code service billing}; empty where it is not known
 * @param commandId what the asker calls the command, so that asking twice does it once; empty where it has no name
 */
public record Origin(String by, String commandId) {
    /** Nobody said. */
    public static final Origin UNKNOWN = new Origin("", "");

    private static final int VERSION = 2;
    private static final byte[] NONE = {};

    /** Metadata of an event. */
    public byte[] metadata() {
        return equals(UNKNOWN)
                ? NONE
                : new ByteWriter(by.length() + commandId.length() + 16)
                        .u8(VERSION)
                        .text(by)
                        .text(commandId)
                        .toBytes();
    }

    /** Reads the metadata of any event; {@link #UNKNOWN} where it says nothing of this. */
    public static Origin of(byte[] metadata) {
        if (metadata.length == 0) {
            return UNKNOWN;
        }
        ByteReader in = new ByteReader(metadata);
        return in.u8() == VERSION ? new Origin(in.text(), in.text()) : UNKNOWN;
    }
}
