/**
 * What the cluster does about its objects by itself, as small deciders: each looks at one object at a time, and says what is to be written so that the
 * world comes nearer to what the object asks for. Pure: the state, the time, names and identities come in. Knows {@code objects} and {@code
 * resource}. The shell that calls them on the leader is in {@code kubernetes}; where pods go is {@code schedule}, what runs them {@code agent}.
 */
@NullMarked
package io.quorate.control.controller;

import org.jspecify.annotations.NullMarked;
