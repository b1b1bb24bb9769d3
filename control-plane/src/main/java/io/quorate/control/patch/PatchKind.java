package io.quorate.control.patch;

import java.util.Locale;
import java.util.Optional;

/** How a patch is to be understood; told by its media type. */
public enum PatchKind {
    JSON("application/json-patch+json"),
    MERGE("application/merge-patch+json"),
    STRATEGIC("application/strategic-merge-patch+json"),
    APPLY("application/apply-patch+yaml");

    private final String mediaType;

    PatchKind(String mediaType) {
        this.mediaType = mediaType;
    }

    public String mediaType() {
        return mediaType;
    }

    /** @param contentType parameters may follow the media type */
    public static Optional<PatchKind> of(String contentType) {
        String plain = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        for (PatchKind kind : values()) {
            if (kind.mediaType.equals(plain)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
