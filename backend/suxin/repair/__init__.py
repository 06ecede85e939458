"""Credit repair (信用修复): a subject asks the national window to have a bad record repaired, and the platform relays.

Vocabulary: an application (修复申请) is about one record; the window (国家窗口, “信用中国”) passes it to the department that
recorded it (认定单位), which takes it up (受理), returns it (退回补正) or decides it. A clock (时限) is what is waited for now.
The result is applied (落实) when every copy of the record is marked repaired.

Invariants: nobody here decides an application, the credit office neither: only what the window says moves it on; a document
leaves for the window once and is erased with the application's end; a repaired record counts against nobody.

Source: 信用修复管理办法 (NDRC order 36 of 2025, in force 2026-04-01) art. 2-4; 国办发〔2025〕22号
"""
