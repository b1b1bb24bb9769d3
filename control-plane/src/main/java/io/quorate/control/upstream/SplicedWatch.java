package io.quorate.control.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * One watch of a client that several nodes may answer, one after the other: takes what comes, gives what the client is to see, and knows from which version
 * the next one has to go on, so that nothing is missing and nothing comes twice. For one thread at a time. Without I/O.
 */
public final class SplicedWatch {
    private static final byte[] NOTHING = {};

    private final boolean bookmarks;
    private final ByteArrayOutputStream part = new ByteArrayOutputStream();
    private String version;
    private boolean whole;
    private boolean over;

    /**
     * @param version that the client watches from; empty or 0 where it wants to be told first what is there
     * @param bookmarks whether it wants bookmarks; the nodes are asked for them in any case
     */
    public SplicedWatch(String version, boolean bookmarks) {
        this.version = version;
        this.bookmarks = bookmarks;
        this.whole = !version.isEmpty() && !version.equals("0");
    }

    /**
     * Where another node goes on; empty or 0 where nothing has come yet.
     *
     * @see #canGoOn
     */
    public String version() {
        return version;
    }

    /** Whether another node can: not while what is there is being told, in an order that is not that of the versions. */
    public boolean canGoOn() {
        return !over && (whole || !begun);
    }

    private boolean begun;

    /** A node has ended in the middle of something, or not: what is not whole is told again by the next one. */
    public void interrupted() {
        part.reset();
    }

    /** @return what the client sees of it: whole events, and blanks that keep its connection */
    public byte[] take(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (byte each : bytes) {
            if (each == '\n') {
                event(part.toByteArray(), out);
                part.reset();
            } else if (each == ' ' && part.size() == 0) {
                out.write(each);
            } else {
                part.write(each);
            }
        }
        return out.size() == 0 ? NOTHING : out.toByteArray();
    }

    private void event(byte[] line, ByteArrayOutputStream out) {
        if (line.length == 0) {
            return;
        }
        JsonNode event = Json.read(line);
        String type = event.path("type").asText();
        String is = Json.at(event, "object.metadata.resourceVersion").asText();
        boolean bookmark = type.equals("BOOKMARK");
        begun = true;
        over |= type.equals("ERROR");
        whole |= bookmark;
        if (whole && !is.isEmpty()) {
            version = is;
        }
        if (bookmark && !bookmarks) {
            out.writeBytes(" ".getBytes(StandardCharsets.US_ASCII));
        } else {
            out.writeBytes(line);
            out.write('\n');
        }
    }
}
