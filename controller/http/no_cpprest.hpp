// Comes before every source of the server itself, which must not use cpprestsdk: with it, including
// that library does not compile. What plugs the server under cpprestsdk is in listener/.
#pragma GCC poison pplx
