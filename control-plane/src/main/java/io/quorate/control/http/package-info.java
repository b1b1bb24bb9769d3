/**
 * HTTP for clients and for nodes that join. Translates requests into commands and outcomes into answers; decides nothing. Every
 * error is a problem document (RFC 9457) with the next step. Start at {@code Routes}.
 */
@NullMarked
package io.quorate.control.http;

import org.jspecify.annotations.NullMarked;
